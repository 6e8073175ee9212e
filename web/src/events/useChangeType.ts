import { useMutation, useQueryClient } from "@tanstack/react-query";
import { changeType, typesQuery } from "./queries";

/** Changes an event; the list has the answer at once. */
export function useChangeType(id: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: { description?: string; is_active?: boolean }) => changeType(id, change),
    onSuccess: (changed) => {
      queries.setQueryData(typesQuery.queryKey, (types) =>
        types?.map((type) => (type.id === id ? changed : type)),
      );
    },
  });
}
