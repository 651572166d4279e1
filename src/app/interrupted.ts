import { EXIT, UpgradeError } from '../core/errors.ts';

/** The run was stopped between two changes. */
export class Interrupted extends UpgradeError {
  override readonly name = 'Interrupted';

  constructor(where: string) {
    super(`interrupted ${where}`, {
      hint: 'run the same command again: it goes on where it stopped',
      exit: EXIT.interrupted,
    });
  }
}
