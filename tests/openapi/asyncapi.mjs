// The official parser finds nothing wrong with the document of the messages.
// usage: node asyncapi.mjs FILE
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
// The document has no servers (it does not know its own address), and no tags.
const accepted = ["asyncapi3-tags", "asyncapi-latest-version"];
const faults = diagnostics.filter((each) => each.severity <= 1 && !accepted.includes(each.code));
for (const { code, path, message } of faults) console.error(`${code} at ${path.join(".")}: ${message}`);
if (!document || faults.length > 0) process.exit(1);
console.log(`asyncapi.json: ${document.operations().all().length} operations, accepted by the parser`);
