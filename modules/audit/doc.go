// Package audit is the append-only record: who did what in which household, and whether it
// was let. It knows no other module.
//
// It owns the tables audit_entries (the chains), audit_heads (the end of each chain, and the
// lock its one writer holds), audit_personal (what may be erased) and audit_acted (in which parts of
// which chains a person acted, so that this is found); the routes
// GET /api/v1/audit and GET /api/v1/audit/verify, and their like for the operator; and the command audit verify.
//
// # The chain
//
// Every household has a chain of its own, and so have the operator's acts
// ([auditapi.OperatorChain]). Entries of a chain are numbered from 1 without gaps. An entry's
// hash is
//
//	HMAC-SHA256(key, encoding)
//
// where key is the audit key that key_id names (it is never in the database) and encoding is
// the concatenation of the following fields, each preceded by its length in bytes as a
// big-endian uint32:
//
//	"homehub audit entry 1"   ASCII; another layout would get another number
//	household_id              UTF-8
//	seq                       int64, big-endian
//	at                        int64, big-endian: microseconds since 1970-01-01 UTC
//	action                    UTF-8, like all that follow
//	outcome
//	request_id
//	actor_kind
//	actor_id
//	target
//	details                   the JSON text exactly as stored
//	commitments               the JSON text exactly as stored
//	key_id
//	prev_hash                 32 bytes: the hash of entry seq-1; all zero for the first
//
// A head's seal is made the same way from "homehub audit head 1", household_id, seq, hash and
// key_id, so that cutting the end of a chain and setting the head back shows, too. The column
// updated_at is nobody's proof.
//
// A personal value (a name, an utterance, an e-mail address) is in the chain only as
// HMAC-SHA256(salt, field and value encoded as above), in hexadecimal, under its field's name
// in commitments; salt (16 random bytes) and value are in audit_personal. Deleting that row
// erases the value and leaves the chain valid; changing it shows.
//
// # Anchors
//
// A head that was genuine once can be put back along with its database. So heads are told outside
// of it, in a file and in the log: an anchor's seal is made from "homehub audit anchor 1", at,
// household_id, seq, hash, key_id and follows (1 or 0, an int64). An anchor that follows was made
// while the chain held the one before it in the same file, and stands for that one, too.
//
// # What a third party can check
//
// Of an export (audit export) without the key: that each prev_hash is the hash before it, up to
// the head, and that each personal value with its salt is the one that its entry commits to. That
// a hash is the entry's own can be checked by whoever has the key.
//
// # Invariants
//
//   - Record joins the caller's transaction: an entry lives or dies with the change it tells of.
//   - The head row is locked from the moment it is read until that transaction ends, so a chain
//     has one writer at a time and no gaps.
//   - A refusal is recorded after the rollback, and even when the caller has hung up.
//   - Nothing reads a chain in one statement: verifying and exporting go page by page.
//   - Keys are never removed from the settings while entries made with them exist.
//   - A head whose seal does not fit is never extended as though it did: the next entry is
//     linked to nothing that verifies, so that the break stays visible for ever.
package audit
