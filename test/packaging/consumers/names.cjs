// Prints what each entry exports, with the names that the functions and classes bear: `Key: Key`.
const named = (entry) => {
  const members = Object.entries(require(entry));
  return [entry, members.map(([name, value]) => [name, typeof value === 'function' ? value.name : typeof value])];
};
console.log(JSON.stringify(Object.fromEntries(process.argv.slice(2).map(named))));
