// The declarations of JavaScript and TypeScript files as TypeScript itself parses them: one line of JSON for each file.
// node declarations.mjs TYPESCRIPT FILE…  → [name start, name end, declaration start, end (UTF-16), kind] of each
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [, , library, ...files] = process.argv;
const ts = createRequire(import.meta.url)(library);
const FUNCTIONS = new Set(["ArrowFunction", "FunctionExpression", "ClassExpression"]);

function declared(node, source) {
  const kind = ts.SyntaxKind[node.kind];
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isMethodDeclaration(node)) {
    return node.name && [node.name, "function"];
  }
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node)) {
    return [node.name, "type"];
  }
  if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name)) {
    if (node.initializer && /^[\w.]*(require|__import\w*)\b/.test(node.initializer.getText(source))) return undefined;
    const value = node.initializer && ts.SyntaxKind[node.initializer.kind];
    return [node.name, FUNCTIONS.has(value) ? "function" : "variable"];
  }
  if (ts.isPropertyDeclaration(node) || ts.isPropertySignature(node) || ts.isEnumMember(node)) {
    return [node.name, "variable"];
  }
  if (ts.isMethodSignature(node) || ts.isGetAccessor(node) || ts.isSetAccessor(node)) return [node.name, "function"];
  return undefined;
}

for (const file of files) {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const visit = (node) => {
    const one = declared(node, source);
    if (one) {
      const [name, kind] = one;
      const whole = ts.isVariableDeclaration(node) ? node.parent.parent : node;
      found.push([name.getStart(source), name.getEnd(), whole.getStart(source), whole.getEnd(), kind]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  console.log(JSON.stringify({ file, found, clean: source.parseDiagnostics.length === 0 }));
}
