package intent

import (
	"context"
	"encoding/json"
	"sync"

	"go.uber.org/zap"

	"homehub/modules/intent/internal/meaning"
	"homehub/platform/log"
)

// memory is what was done or asked last in a conversation. It lives in kv for the follow-up
// window: should it be lost, the person says it in full.
type memory struct {
	Commands []plainCommand         `json:"commands"`
	Was      map[string]meaning.Was `json:"was,omitempty"`
	Earlier  []string               `json:"earlier,omitempty"` // the things of the turns before it
}

// memorise keeps what the turn did, so that the next may lean on it. It goes on beside the record, which takes
// longer; wait returns when it is done.
func (s *service) memorise(ctx context.Context, t *turn) (wait func()) {
	m := memoryOf(t.results)
	m.Earlier = t.earlier()
	if t.req.DryRun || len(m.Commands) == 0 || s.cfg.FollowUpWindow <= 0 {
		return func() {}
	}
	value, err := json.Marshal(m)
	keys := t.memoryKeys()
	var beside sync.WaitGroup
	beside.Go(func() {
		for _, key := range keys {
			if err == nil {
				err = s.kv.Set(ctx, key, value, s.cfg.FollowUpWindow)
			}
		}
		if err != nil {
			log.For(ctx, s.log).Warn("turn not kept for what may follow", zap.Error(err))
		}
	})

	return beside.Wait
}

// memoryOf keeps the commands that succeeded, and how what they changed was before.
func memoryOf(results []result) memory {
	m := memory{Was: map[string]meaning.Was{}}
	for i := range results {
		r := &results[i]
		switch r.status {
		case meaning.StatusDone, meaning.StatusStarted, meaning.StatusAlready:
		default:
			continue
		}
		m.Commands = append(m.Commands, plainCommands([]meaning.Command{r.command})...)
		for _, target := range r.targets {
			if target.from != nil && (target.status == meaning.StatusDone || target.status == meaning.StatusStarted) {
				m.Was[target.entity.ID] = meaning.WasOf(target.from)
			}
		}
	}

	return m
}

// earlier are the things that the turns before this one were about.
func (t *turn) earlier() []string {
	done := meaning.Memory{}
	for i := range t.results {
		done.Commands = append(done.Commands, t.results[i].command)
	}
	done.Follow(t.utterance.Before)
	ids := make([]string, 0, len(done.Earlier))
	for _, e := range done.Earlier {
		ids = append(ids, e.ID)
	}

	return ids
}

// recall makes of a kept turn what the grammar can lean on; nil where nothing was kept.
func (t *turn) recall(value []byte) *meaning.Memory {
	if value == nil {
		return nil
	}
	var m memory
	if json.Unmarshal(value, &m) != nil {
		return nil // of another version: as good as forgotten
	}
	recalled := &meaning.Memory{Was: m.Was}
	for _, id := range m.Earlier {
		if e := t.home.Entity(id); e != nil && e.Exposed {
			recalled.Earlier = append(recalled.Earlier, e)
		}
	}
	for _, c := range rebindAll(t.home, m.Commands) {
		if c.Reason == "" {
			recalled.Commands = append(recalled.Commands, c)
		}
	}

	return recalled
}

// memoryKeys are where the turn's memory is kept: under its conversation, and for a device
// under the device too.
func (t *turn) memoryKeys() []string {
	keys := []string{t.memoryKey("conversation:" + t.conversationID)}
	if device := t.device(); device != "" {
		keys = append(keys, t.memoryKey("device:"+device))
	}

	return keys
}

func (t *turn) memoryKey(of string) string {
	return "intent:before:" + t.caller.HouseholdID + ":" + t.caller.ID + ":" + of
}
