/** The subcommands and flags that the program has, for the tests that hold units and crontab against it. */

/** Subcommand → its flags, as design section 3 lists them. */
export function programFlags(): ReadonlyMap<string, readonly string[]> {
  const everywhere = ['--json', '--debug', '--now', '--max-seconds'];
  return new Map([
    ['discover', everywhere],
    ['tick', [...everywhere, '--dry-run']],
    ['full-sync', [...everywhere, '--include-past', '--summary', '--test']],
  ]);
}
