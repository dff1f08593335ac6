// Package intent turns what a person said into what a home does, and says truthfully what
// came of it. It is the top of the module graph: nobody imports it but the composition root.
//
// It owns the tables intent_history and intent_claims, and the routes POST /intent and
// GET /intents. It needs the live homes of hamanager, the record of audit, and llm where
// the grammar declines (ports.go).
//
// One utterance is a turn (turn.go) and goes through these stages, one file each: claim,
// conversation, understand, guard, plan, execute, observe, reply, record. What a change must
// not break:
//
//   - A reply says what was observed, never what was asked for.
//   - What carries an idempotency key or is risky leaves a claim before anything is done, and
//     a claim is carried out at most once (docs/decisions/0060).
//   - History, audit entry and finished claim commit together, before the reply leaves
//     (docs/decisions/0062).
//   - A PIN is in no record, and others' words are in no answer (words.go, docs/decisions/0078).
//   - Nothing waits without a deadline, and all of it together not beyond intent.deadline.
package intent
