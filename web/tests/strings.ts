import ts from "typescript";

/** A string of a module that people may see or hear, and the line on which it stands. */
export interface SeenString {
  line: number;
  content: string;
}

/** Attributes of elements, and properties of objects, whose text people see or hear. */
const SEEN = new Set([
  "label",
  "title",
  "placeholder",
  "description",
  "alt",
  "note",
  "error",
  "tooltip",
  "summary",
  "caption",
  "message",
  "text",
  "aria-label",
  "aria-description",
  "aria-valuetext",
  "aria-roledescription",
]);

/** Attributes whose text is for the machine, whatever it looks like. */
const UNSEEN = new Set(["className", "style", "id", "key", "value", "d", "viewBox"]);

/** Calls whose strings are for the machine: selectors, names of media, of events, of keys. */
const MACHINE_CALLS =
  /^(querySelector(All)?|matches|closest|matchMedia|getPropertyValue|supports|useHotkeys)$/;

/** What is the same in every language: commands, headers, queries, and what styles are made of. */
const SAME_EVERYWHERE = [
  /^(cd|curl|echo|make|muster|sudo|MUSTER_\w+=\S*) /,
  /^Authorization: /,
  /^(NOT|\w+:\S+) /,
  /^#[\da-f]+$/i,
  /\d(px|rem)\b|var\(--|\b(minmax|repeat)\(|\b(sans-serif|monospace)$|^\((min|max)-width:/,
];

/** Stands for what a template fills in. */
const HOLE = "x";
const LETTER = /\p{L}/u;
/** Two words with a space between, or one that begins as sentences and headings do. */
const PROSE = /\p{L}[\p{L}\p{P}]* +\p{L}|^\p{Lu}\p{Ll}{2,}\p{P}?$/u;

/**
 * Returns what people see of a module and what does not come from the catalogue: text between
 * tags, strings in attributes and properties that are shown, and elsewhere whatever reads as prose.
 */
export function findSeenStrings(name: string, code: string): SeenString[] {
  const kind = name.endsWith(".tsx") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true, kind);
  const found: SeenString[] = [];
  const visit = (node: ts.Node): void => {
    const content = contentOf(node);
    if (content !== null && isSeen(node, content)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push({ line: line + 1, content: content.trim() });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The text of a string, a template (a word stands in each hole) or of what is between tags. */
function contentOf(node: ts.Node): string | null {
  if (ts.isJsxText(node)) return node.text;
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  const parts = [node.head, ...node.templateSpans.map(({ literal }) => literal)];
  const isFixed = parts.some(({ text }) => LETTER.test(text));
  return isFixed ? parts.map(({ text }) => text).join(HOLE) : null;
}

function isSeen(node: ts.Node, content: string): boolean {
  if (!LETTER.test(content) || isForMachine(node)) return false;
  if (SAME_EVERYWHERE.some((pattern) => pattern.test(content))) return false;
  if (ts.isJsxText(node)) return true;
  const place = placeOf(node);
  if (place === null) return PROSE.test(content);
  if (UNSEEN.has(place)) return false;
  return place === "" || SEEN.has(place) || PROSE.test(content);
}

/** The attribute or property whose value a string is; "" between tags; null where it is neither. */
function placeOf(node: ts.Node): string | null {
  const { parent } = node;
  if (ts.isJsxAttribute(parent)) return parent.name.getText();
  if (ts.isPropertyAssignment(parent) && parent.initializer === node) return nameOf(parent.name);
  if (ts.isJsxExpression(parent)) return ts.isJsxAttribute(parent.parent) ? placeOf(parent) : "";
  if (ts.isConditionalExpression(parent) && parent.condition !== node) return placeOf(parent);
  if (ts.isParenthesizedExpression(parent)) return placeOf(parent);
  if (ts.isBinaryExpression(parent) && parent.right === node && isJoint(parent)) {
    return placeOf(parent);
  }
  return null;
}

function nameOf(name: ts.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : "";
}

function isJoint({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return (
    kind === ts.SyntaxKind.AmpersandAmpersandToken ||
    kind === ts.SyntaxKind.BarBarToken ||
    kind === ts.SyntaxKind.QuestionQuestionToken
  );
}

function isForMachine(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  if (ts.isLiteralTypeNode(parent) || ts.isExternalModuleReference(parent)) return true;
  if (ts.isElementAccessExpression(parent) || ts.isCaseClause(parent)) return true;
  if (ts.isPropertyAssignment(parent) && parent.name === node) return true;
  if (ts.isBinaryExpression(parent) && isComparison(parent)) return true;
  // errorText tells people of no Error but an ApiError.
  if (ts.isNewExpression(parent) && parent.expression.getText() === "Error") return true;
  if (ts.isArrayLiteralExpression(parent)) return isForMachine(parent);
  return ts.isCallExpression(parent) && MACHINE_CALLS.test(calledName(parent));
}

function isComparison({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return (
    kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
    kind === ts.SyntaxKind.ExclamationEqualsEqualsToken ||
    kind === ts.SyntaxKind.InKeyword
  );
}

function calledName({ expression }: ts.CallExpression): string {
  if (ts.isPropertyAccessExpression(expression)) return expression.name.text;
  return ts.isIdentifier(expression) ? expression.text : "";
}
