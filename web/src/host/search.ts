export function parseHostSearch(): object {
  return {};
}
