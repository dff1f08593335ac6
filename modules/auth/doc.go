// Package auth knows who is calling and what they may do: people, households, memberships,
// sessions and tokens.
//
// It owns the tables auth_users, auth_households, auth_memberships, auth_invitations, auth_sessions,
// auth_refresh_tokens, auth_signing_keys, auth_devices, auth_device_grants,
// auth_reset_tokens and auth_erasures; the routes under
// /api/v1/auth, /api/v1/users/me, /api/v1/households, /api/v1/invitations, /api/v1/devices, /oauth and /pair, of /api/v1/admin its users, households and invitations,
// and /.well-known/jwks.json; the commands user and keys. It needs audit, and nothing else of
// homehub's modules: what a new household gets from others comes in through
// Deps.OnHouseholdCreated, and goes by Deps.OnHouseholdDeleting and OnHouseholdDeleted.
//
// Other modules never ask auth. Its middleware leaves an identity.Principal in the context of
// each request, with the rights of that moment in the household that the request is about.
//
// # Invariants
//
//   - An access token proves who is calling, never what they may do: that is looked up at each
//     request. The cache of it is only believed under the marks of session, user and household,
//     and whoever changes one of these removes its mark after the commit (authorizer.forget).
//   - No token and no password is stored: refresh tokens as SHA-256 of 256 random bits,
//     passwords as bcrypt, private keys sealed.
//   - A refresh token is exchanged once. Who repeats it within the grace time gets the same
//     successor, which is derived and not stored; who repeats it later ends the session. A
//     device's grace time ends when it uses the successor, and its first token follows from its
//     device code in the same way.
//   - An invitation is used once. Who belongs to a household changes under lockHousehold, and an
//     owner stays.
//   - Rows are locked in one order, so that nobody waits in a circle: operators by their ids, the
//     person, households by their ids, invitations and devices, refresh tokens, sessions, what other
//     modules keep, the households' chains by their ids, the operator's, the ends of events.
//   - bcrypt runs on half the cores at most.
//   - A household that the caller does not belong to is the same 404 as one that does not exist.
//   - Every change is recorded in the transaction that makes it, every refusal after its
//     rollback in a write of its own.
package auth
