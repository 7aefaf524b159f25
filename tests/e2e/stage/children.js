// Servers of the tests: none outlives the file that has started it, unless that is killed by SIGKILL.
import { spawn } from "node:child_process";

const children = new Map();
process.on("exit", () => {
  for (const [child, signal] of children) child.kill(signal);
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** As `spawn` of `node:child_process`; `last`: the signal that ends the program and its own children at once. */
export function start(program, args, options, last = "SIGKILL") {
  const child = spawn(program, args, options);
  children.set(child, last);
  child.once("exit", () => children.delete(child));
  return child;
}
