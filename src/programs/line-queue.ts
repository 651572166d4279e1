/** Lines that come when they like, read one after the other. */
export interface LineQueue {
  readonly add: (line: string) => void;
  /** Nothing more comes. */
  readonly end: () => void;
  readonly lines: () => AsyncGenerator<string>;
}

export function lineQueue(): LineQueue {
  const waiting: string[] = [];
  let isEnded = false;
  let wake = () => {};
  return {
    add: (line) => {
      waiting.push(line);
      wake();
    },
    end: () => {
      isEnded = true;
      wake();
    },
    async *lines() {
      while (waiting.length > 0 || !isEnded) {
        const line = waiting.shift();
        if (line !== undefined) yield line;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
