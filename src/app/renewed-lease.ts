import { ApiError, NoAnswer, UpgradeError } from '../core/errors.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import { LEASE_DURATION, LEASES, type Leases, observed, releasedLease, renewedLease } from './lease.ts';
import type { Clock } from './ports.ts';

/** A lease that is ours and is renewed, until it is released or lost. */
export interface HeldLease {
  /** @throws UpgradeError when it is lost; NoAnswer or ApiError when it cannot be renewed now, which may be tried again */
  check(): Promise<void>;
  release(): Promise<void>;
}

const RENEW_EVERY = (LEASE_DURATION * 1000) / 3;
const RENEW_AGAIN = 2_000;
const ATTEMPTS = 4;
/** Not renewed for so long, it is not relied upon: what is written now has to be there before somebody else takes it. */
const RELIABLE = 2 * RENEW_EVERY;

export class RenewedLease implements HeldLease {
  readonly #leases: Leases;
  readonly #clock: Clock;
  readonly #holder: string;
  readonly #stop = new AbortController();
  readonly #kept: Promise<void>;
  #held: K8sObject;
  #renewedAt: number;
  #lost: UpgradeError | undefined;
  #running: Promise<void> = Promise.resolve();

  /** @param taken the lease as it was written a moment ago */
  constructor(leases: Leases, clock: Clock, taken: K8sObject) {
    this.#leases = leases;
    this.#clock = clock;
    this.#held = taken;
    this.#holder = observed(taken, 0).holder;
    this.#renewedAt = clock.now();
    this.#kept = this.#keepRenewing();
  }

  async check(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    if (this.#clock.now() - this.#renewedAt >= RELIABLE) await this.#renew();
  }

  async release(): Promise<void> {
    this.#stop.abort();
    await this.#kept;
    await this.#running;
    if (this.#lost !== undefined) return;
    const released = releasedLease(this.#held, this.#clock.now());
    // What cannot be released ends by itself.
    await this.#leases.update(LEASES, released).catch((error: unknown) => {
      if (!(error instanceof ApiError) && !(error instanceof NoAnswer)) throw error;
    });
  }

  async #keepRenewing(): Promise<void> {
    let pause = RENEW_EVERY;
    while (this.#lost === undefined) {
      await this.#clock.sleep(pause, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      pause = await this.#renew().then(
        () => RENEW_EVERY,
        () => RENEW_AGAIN,
      );
    }
  }

  /** One after the other: each renewal needs the version that the one before has left. */
  #renew(): Promise<void> {
    const next = this.#running.then(() => this.#renewNow());
    this.#running = next.catch(() => undefined);
    return next;
  }

  async #renewNow(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#lost !== undefined) throw this.#lost;
      const sentAt = this.#clock.now();
      try {
        this.#held = await this.#leases.update(LEASES, renewedLease(this.#held, sentAt));
        this.#renewedAt = sentAt;
        return;
      } catch (error) {
        if (!isAboutTheObject(error) || attempt === ATTEMPTS) throw error;
        this.#held = await this.#ours();
      }
    }
  }

  /** The lease as it is, which an unanswered renewal of ours may have changed, or somebody who touched something else of it. */
  async #ours(): Promise<K8sObject> {
    const live = await this.#leases.get(LEASES, refOf(this.#held));
    const by = live === undefined ? '' : observed(live, 0).holder;
    if (live !== undefined && by === this.#holder) return live;
    this.#lost = new UpgradeError(
      `${refText(refOf(this.#held))} was lost${by === '' ? '' : ` to ${by}`}: nothing more is written`,
      {
        hint: 'see what the other run does, and plan again when it has ended',
      },
    );
    throw this.#lost;
  }
}

function isAboutTheObject(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 409 || error.status === 404);
}
