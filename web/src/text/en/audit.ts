/** The audit page. */
export const audit = {
  title: "Audit",
};
