/** Six machines in formation. */
export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#3f63cf" />
      <g fill="#fff">
        <circle cx="9" cy="22" r="2.6" />
        <circle cx="9" cy="14" r="2.6" />
        <circle cx="16" cy="18" r="2.6" />
        <circle cx="23" cy="22" r="2.6" />
        <circle cx="23" cy="14" r="2.6" />
        <circle cx="16" cy="10" r="2.6" opacity=".55" />
      </g>
    </svg>
  );
}
