import { type ReactNode, useState } from "react";
import { EditedNotice } from "./EditedNotice";
import type { SettingChanged, SettingRow } from "./queries";
import { SettingDialog } from "./SettingDialog";

/** The dialog that edits a setting, and the notice that takes the last change back. */
export function useEditing(): { edit: (row: SettingRow, name?: string) => void; shown: ReactNode } {
  const [editing, setEditing] = useState<{ row: SettingRow; name?: string } | null>(null);
  const [changed, setChanged] = useState<SettingChanged | null>(null);
  const shown = (
    <>
      {changed && <EditedNotice changed={changed} onUndone={() => setChanged(null)} />}
      {editing && (
        <SettingDialog
          {...editing}
          onDone={(done) => {
            setEditing(null);
            setChanged(done);
          }}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
  return { edit: (row, name) => setEditing({ row, name }), shown };
}
