// A file is inspected once, and loaded from what that found, as often as one likes.
//
//   node build/js/examples/node/inspected.js FILE

import { Linkwright } from "../../hosts/node/index.js";

const path = process.argv[2];
if (path === undefined) {
  process.stderr.write("usage: node build/js/examples/node/inspected.js FILE\n");
  process.exit(2);
}

using linkwright = await Linkwright.create();
using image = await linkwright.inspect(path);
process.stdout.write(`${image.name}: e_machine ${image.machine}, ${image.class} bits, ${image.bytes} bytes of memory, needs ${image.needed.join(", ") || "nothing"}\n`);

for (const name of ["first", "second"]) {
  await using context = linkwright.context();
  await using module = await context.load(image, { allowMissing: true });
  const names = module.symbols.filter((symbol) => symbol.name && symbol.address !== undefined).map((symbol) => symbol.name);
  const found = names.filter((symbol) => module.symbol(symbol) !== undefined).length;
  process.stdout.write(`${name} load: at 0x${module.base.toString(16)}, ${found} of ${names.length} symbols found\n`);
  if (found !== names.length) process.exitCode = 1;
}
process.stdout.write(`left: ${linkwright.usage.modules} bytes\n`);
if (linkwright.usage.modules !== 0n) process.exitCode = 1;
