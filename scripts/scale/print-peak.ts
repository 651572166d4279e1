// Loaded before a program: prints the peak of its resident memory when it ends.
process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS} KiB\n`));
