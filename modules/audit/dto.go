package audit

import (
	"encoding/hex"
	"encoding/json"
	"time"
)

type actorDTO struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"` // empty when erased
}

type entryDTO struct {
	Seq       int64           `json:"seq"`
	At        time.Time       `json:"at"`
	Action    string          `json:"action"`
	Outcome   string          `json:"outcome"`
	RequestID string          `json:"request_id"`
	Actor     actorDTO        `json:"actor"`
	Target    string          `json:"target"`
	Details   json.RawMessage `json:"details"`
	Hash      string          `json:"hash"`
	PrevHash  string          `json:"prev_hash"`
}

type brokenDTO struct {
	Seq    int64  `json:"seq"`
	Reason string `json:"reason"`
}

type reportDTO struct {
	OK       bool       `json:"ok"`
	Entries  int64      `json:"entries"`
	HeadHash string     `json:"head_hash"`
	Broken   *brokenDTO `json:"broken"`
}

// detailsOf returns an entry's details, empty where they are no JSON: tampered with, which verify
// tells; a list must not fail on it.
func detailsOf(e entry) json.RawMessage {
	if details := json.RawMessage(e.Details); json.Valid(details) {
		return details
	}

	return json.RawMessage("{}")
}

func toEntryDTO(e namedEntry) entryDTO {
	return entryDTO{
		Seq:       e.Seq,
		At:        e.At.UTC(),
		Action:    e.Action,
		Outcome:   e.Outcome,
		RequestID: e.RequestID,
		Actor:     actorDTO{Kind: e.ActorKind, ID: e.ActorID, Name: e.ActorName},
		Target:    e.Target,
		Details:   detailsOf(e.entry),
		Hash:      hex.EncodeToString(e.Hash),
		PrevHash:  hex.EncodeToString(e.PrevHash),
	}
}

func toReportDTO(r report) reportDTO {
	dto := reportDTO{OK: r.Broken == nil, Entries: r.Entries, HeadHash: hex.EncodeToString(r.HeadHash)}
	if r.Broken != nil {
		dto.Broken = &brokenDTO{Seq: r.Broken.Seq, Reason: r.Broken.Reason}
	}

	return dto
}
