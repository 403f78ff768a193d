// A program that fails.
process.exit(7);
