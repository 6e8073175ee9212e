// Writes src/api/schema.d.ts from an OpenAPI document: npm run types -- ../openapi.json
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const source = process.argv[2];
if (!source) {
  process.stderr.write("usage: npm run types -- PATH-OF-openapi.json\n");
  process.exit(2);
}
const document = JSON.parse(await readFile(source, "utf8"));
const text = astToString(await openapiTS(document));
await writeFile(new URL("../src/api/schema.d.ts", import.meta.url), text);
