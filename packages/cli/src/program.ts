import { Command } from "commander";

/** The whole command. What a subcommand does is loaded when it runs. */
export function createProgram(): Command {
  return new Command("mosaik").description("Look into a network of mosaik nodes, and take part in it.");
}
