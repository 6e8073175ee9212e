// Writes src/api/schema.d.ts, or another file, from an OpenAPI document: npm run types -- ../openapi.json
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const [source, target = new URL("../src/api/schema.d.ts", import.meta.url)] = process.argv.slice(2);
if (!source) {
  process.stderr.write("usage: npm run types -- PATH-OF-openapi.json [PATH-TO-WRITE]\n");
  process.exit(2);
}
const document = JSON.parse(await readFile(source, "utf8"));
await writeFile(target, astToString(await openapiTS(document)));
