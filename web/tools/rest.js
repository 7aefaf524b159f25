// The types of the HTTP API, from the document that nodes serve: docs/openapi.json → web/client/src/gen/rest.ts.
//   npm run rest             writes them
//   npm run rest -- --check  fails if they are not what the document says
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const DOCUMENT = at("../../docs/openapi.json");
const TYPES = at("../client/src/gen/rest.ts");

const HEAD = `// Generated from docs/openapi.json by \`npm run rest\` in web/. Do not edit.
/* The shapes of requests and answers, by their names in the document. */

`;

/** Only the shapes: paths are what \`Api\` is for. */
async function types() {
  const { openapi, info, components } = JSON.parse(await readFile(DOCUMENT, "utf8"));
  const shapes = { openapi, info, paths: {}, components: { schemas: components.schemas } };
  const text = astToString(await openapiTS(shapes, { alphabetize: true, defaultNonNullable: false }));
  const start = text.indexOf("export interface components");
  const end = text.indexOf("export type $defs");
  if (start < 0 || end < 0) throw new Error(`${DOCUMENT}: openapi-typescript made no \`components\` of it`);
  // What a shape is stands in its comment without a tag, as in the packages.
  return HEAD + text.slice(start, end).trimEnd().replaceAll("@description ", "").concat("\n");
}

const made = await types();
if (!process.argv.includes("--check")) await writeFile(TYPES, made);
else if ((await readFile(TYPES, "utf8").catch(() => "")) !== made) {
  process.stderr.write(`${TYPES} is not what ${DOCUMENT} says: cd web && npm run rest, and commit it\n`);
  process.exitCode = 1;
}
