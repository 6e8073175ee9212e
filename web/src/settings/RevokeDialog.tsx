import { Checkbox } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "../app/ConfirmDialog";
import { FLEET_KEYS } from "../fleet/reading";
import { text } from "../text";
import { revokeToken, type TokenRow, tokensQuery } from "./queries";

const { tokens: words } = text.settings;

/** Ends a token, and on request shuts out the agents that it let in. */
export function RevokeDialog({ token, onClose }: { token: TokenRow; onClose: () => void }) {
  const [withAgents, setWithAgents] = useState(false);
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeToken(token.id, withAgents),
    onSuccess: onClose,
    onSettled: () => {
      for (const queryKey of [tokensQuery.queryKey, ...FLEET_KEYS.map((key) => [key])]) {
        void queries.invalidateQueries({ queryKey });
      }
    },
  });
  return (
    <ConfirmDialog
      title={words.revokeOf(token.name)}
      action={words.revoke}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      {words.revokeWhat(token.name)}
      {token.enrolled > 0 && (
        <Checkbox
          mt="md"
          label={words.withAgents(token.enrolled)}
          description={words.withAgentsWhat}
          checked={withAgents}
          onChange={({ currentTarget: { checked } }) => setWithAgents(checked)}
        />
      )}
    </ConfirmDialog>
  );
}
