// Runs pytest under Pyodide: node run.cjs CHECKOUT PACKAGES ARGUMENT...
const { loadPyodide } = require("pyodide");

async function main([checkout, packages, ...options]) {
  const python = await loadPyodide();
  for (const [place, root] of [["/checkout", checkout], ["/packages", packages]]) {
    python.FS.mkdirTree(place);
    python.FS.mount(python.FS.filesystems.NODEFS, { root }, place);
  }
  python.globals.set("options", python.toPy(options));
  return python.runPython(`
import os, sys
sys.path[:0] = ["/packages", "/checkout", "/checkout/tests/pyodide"]
sys.dont_write_bytecode = True
os.chdir("/checkout")
import pytest
int(pytest.main(options))
`);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    console.error(error.message);
    process.exit(1);
  },
);
