import { envExample, tableMarks, withTable } from "../src/config/documentation.ts";

/** Writes `.env.example` and the README's table of variables anew from `src/config/env.ts`. */
const root = `${import.meta.dir}/..`;
await Bun.write(`${root}/.env.example`, envExample());

const readme = Bun.file(`${root}/README.md`);
const text = (await readme.exists()) ? await readme.text() : "";
if (text.includes(tableMarks.begin)) await Bun.write(readme, withTable(text));
