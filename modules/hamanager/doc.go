// Package hamanager gives every household its Home Assistant: it makes one, or links one that
// exists, keeps a connection to it, mirrors it in memory and calls its services.
//
// It owns the table hamanager_instances; the folder homes in data_dir, one file for each
// virtual home; and the routes GET /api/v1/home and everything under /api/v1/instance and /api/v1/admin/instances. It
// needs the database, the keyring that seals tokens, and audit.
//
// A request never reaches into this machinery: Instance is a look-up in memory, and what it
// returns is the live model of internal/live. In the background the fleet (reconcile.go)
// compares the instances that are wanted with the runners there are (runner.go). A runner owns
// one instance: a virtual home where it is one (virtual.go), and the session that follows it.
//
// # Invariants
//
//   - The table says what is wanted. Requests change it in one transaction with their audit
//     entry, as a new generation; a runner of an older generation is replaced, and what it
//     still reports is dropped.
//   - A household has at most one instance, and a process at most one runner for it.
//   - Secrets are sealed before they are stored, and stored before they are relied on:
//     onboarding can be cut off anywhere and be repeated.
//   - Where a link leads is judged at every dial, on resolved addresses (internal/address).
//   - No connection, no file and no virtual home is touched inside of a transaction.
package hamanager
