import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { FLEET_KEYS } from "../reading";
import { ChangeBar } from "./ChangeBar";
import { ChangeDialog } from "./ChangeDialog";
import type { FleetChange, MadeChange } from "./change";
import classes from "./change.module.css";

const Asking = createContext<(change: FleetChange) => void>(() => {});

/** Returns what asks somebody to confirm a change. */
export function useAskChange(): (change: FleetChange) => void {
  return useContext(Asking);
}

/** Lets the pages inside ask for changes: a dialog before, a bar with the way back after. */
export function ChangesProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<FleetChange | null>(null);
  const [made, setMade] = useState<MadeChange | null>(null);
  const queries = useQueryClient();
  const refresh = useCallback(() => {
    for (const key of FLEET_KEYS) void queries.invalidateQueries({ queryKey: [key] });
  }, [queries]);

  const finish = (change: FleetChange, revision_id: number | null) => {
    setAsked(null);
    setMade({ title: change.title, revision_id });
    refresh();
    change.onDone?.();
  };

  return (
    <Asking.Provider value={setAsked}>
      {children}
      <ChangeDialog change={asked} onClose={() => setAsked(null)} onDone={finish} />
      {made && (
        <>
          {/* What ends the page can be scrolled out from under the bar. */}
          <div className={classes.room} />
          <ChangeBar
            key={made.revision_id ?? made.title}
            made={made}
            onUndone={refresh}
            onClose={() => setMade(null)}
          />
        </>
      )}
    </Asking.Provider>
  );
}
