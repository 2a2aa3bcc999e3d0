// Type-checks files with one version of TypeScript under every setting that changes how packages are found and read, and
// prints its complaints. In one process, so that each file is parsed once. It checks what is ours, the declarations that
// are installed and the files that use them, not the declarations of the language and of Node.
//
// node compile.cjs FOLDER_OF_TYPESCRIPT FILE…
const ts = require(process.argv[2]);

const resolutions = [
  ['Node16', 'Node16'],
  ['NodeNext', 'NodeNext'],
  ['ESNext', 'Bundler'],
];
const parsed = new Map();

function check(module, moduleResolution, exactOptionalPropertyTypes) {
  const options = {
    module: ts.ModuleKind[module],
    moduleResolution: ts.ModuleResolutionKind[moduleResolution],
    exactOptionalPropertyTypes,
    strict: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile;
  host.getSourceFile = (name, as) => {
    const key = `${name} ${as.impliedNodeFormat}`;
    if (!parsed.has(key)) parsed.set(key, parse(name, as));
    return parsed.get(key);
  };
  const program = ts.createProgram(process.argv.slice(3), options, host);
  const ours = program.getSourceFiles().filter(({ fileName }) => /\/@inmesh\/|^(?!.*\/node_modules\/)/.test(fileName));
  const found = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const file of ours)
    found.push(...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file));
  return ts.formatDiagnostics(found, host);
}

const complaints = {};
for (const [module, moduleResolution] of resolutions) {
  for (const exact of [true, false]) {
    complaints[`${moduleResolution}${exact ? ', exact' : ''}`] = check(module, moduleResolution, exact);
  }
}
console.log(JSON.stringify({ version: ts.version, complaints }));
