// Builds the package in the current folder: ES modules, CommonJS, types and source maps, each file for file, by tsc alone.
import { execFileSync } from "node:child_process";
import { cp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const web = dirname(fileURLToPath(import.meta.url));
const tsc = join(web, "node_modules", ".bin", "tsc");

await rm("dist", { recursive: true, force: true });
execFileSync(tsc, ["-p", "tsconfig.build.json"], { stdio: "inherit" });
const cjs = ["--module", "CommonJS", "--verbatimModuleSyntax", "false", "--outDir", "dist/cjs"];
execFileSync(tsc, ["-p", "tsconfig.build.json", ...cjs], { stdio: "inherit" });
// Node reads the files below as what they are.
await writeFile("dist/cjs/package.json", '{ "type": "commonjs" }\n');
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) await cp(join(web, "..", licence), licence);
