/** A text in which what a search looks for is marked. */
export function Marked({ content, finder }: { content: string; finder: RegExp | null }) {
  if (!finder) return content;
  const parts: [at: number, text: string, isFound: boolean][] = [];
  let end = 0;
  for (const match of content.matchAll(finder)) {
    if (match[0] === "") continue;
    parts.push([end, content.slice(end, match.index), false], [match.index, match[0], true]);
    end = match.index + match[0].length;
  }
  if (parts.length === 0) return content;
  parts.push([end, content.slice(end), false]);
  return parts.map(([at, part, isFound]) =>
    isFound ? <mark key={`${at} found`}>{part}</mark> : <span key={at}>{part}</span>,
  );
}
