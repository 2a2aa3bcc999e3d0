// Prints what each entry exports, with the names that the functions and classes bear: `Key: Key`.
const named = async (entry) => {
  const members = Object.entries(await import(entry)).filter(
    ([name]) => name !== 'default' && name !== 'module.exports',
  );
  return [entry, members.map(([name, value]) => [name, typeof value === 'function' ? value.name : typeof value])];
};
console.log(JSON.stringify(Object.fromEntries(await Promise.all(process.argv.slice(2).map(named)))));
