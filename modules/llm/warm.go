package llm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/llmapi"
)

const (
	// lookEvery is how often each server is looked at: whether it came back, and with what.
	lookEvery = 10 * time.Second
	// warmTimeout bounds a warm-up, which loads the model.
	warmTimeout = 3 * time.Minute
	// warmWords follow what all prompts share: templates such as Gemma's put the rules into the first thing
	// that a user says, and read nothing of them where nobody says anything.
	warmWords = "Said:"
	// pullPatience is how long a pull may say nothing before it is given up.
	pullPatience = 10 * time.Minute
	// pullPause is how long a failed pull waits for its repetition.
	pullPause = time.Minute
)

var errSilent = errors.New("nothing was heard of the pull any more")

// keepWarm looks after every server until ctx ends.
func (m *Module) keepWarm(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, s := range m.servers {
		wg.Go(func() { m.tend(ctx, s) })
	}
	wg.Wait()

	return ctx.Err()
}

// tend keeps one server's model loaded, with the shared prefix read: at start, when the server
// comes back, gets the model or has let it go, and before Ollama would do so.
func (m *Module) tend(ctx context.Context, s *server) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	warmedAt := m.now()
	for {
		if m.now().Sub(warmedAt) > m.cfg.KeepAlive/2 {
			s.chill()
		}
		if m.inspect(ctx, s) {
			warmedAt = m.now()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// inspect looks at a server and gives it what it lacks; it reports whether it warmed it.
func (m *Module) inspect(ctx context.Context, s *server) bool {
	models, err := s.probe.models(ctx)
	if err != nil {
		s.chill() // whatever comes back has lost everything

		return false
	}
	s.found(models)
	var there, missing []string
	for _, name := range m.cfg.models() {
		if models.Has(name) {
			there = append(there, name)
		} else {
			s.miss(name)
			missing = append(missing, name)
		}
	}
	// A fallback is warm before the model is pulled, which takes long.
	isWarmed := len(there) > 0 && m.isCold(ctx, s, there[0]) && m.warmUp(ctx, s, there[0])
	if m.pullAll(ctx, s, missing) {
		return m.inspect(ctx, s) || isWarmed
	}

	return isWarmed
}

// pullAll makes the server fetch what it lacks, where that is wanted; it reports whether it got anything.
func (m *Module) pullAll(ctx context.Context, s *server, missing []string) (isPulled bool) {
	if !m.cfg.Pull {
		return false
	}
	for _, name := range missing {
		isPulled = m.pull(ctx, s, name) || isPulled
	}

	return isPulled
}

// isCold reports whether the server needs its warm-up, also when it was started anew unseen, or
// had to make room for another model.
func (m *Module) isCold(ctx context.Context, s *server, model string) bool {
	limited, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if loaded, err := s.client.Loaded(limited); err == nil && !loaded.Has(model) {
		s.chill()
	}

	return s.takeCold()
}

// warmUp makes the server load the model and read what all prompts share.
func (m *Module) warmUp(ctx context.Context, s *server, model string) bool {
	var shared []llmapi.Message
	if m.warm != nil {
		shared = append(m.warm(), llmapi.Message{Role: llmapi.User, Content: warmWords})
	}
	messages := messagesOf(shared)
	limited, cancel := context.WithTimeout(ctx, warmTimeout)
	defer cancel()
	began := m.now()
	answer, err := s.client.Chat(limited, ollama.Call{
		Model: model, Messages: messages, NumCtx: m.cfg.NumCtx, NumPredict: 1, KeepAlive: m.cfg.KeepAlive,
	})
	if err != nil {
		s.chill()
		if ctx.Err() == nil && s.isNews(err.Error()) {
			s.log.Warn("the model could not be warmed up", zap.String("model", model), zap.Error(err))
		}

		return false
	}
	s.isNews("")
	s.breaker.Close() // what failed while the model was loading says nothing now
	m.estimate.learn(bytesOf(messages), len(messages), answer.PromptTokens)
	m.reuse.evaluated(model, answer)
	s.log.Info("the model is ready", zap.String("model", model), zap.Duration("took", m.now().Sub(began)),
		zap.Duration("loaded_in", answer.LoadTime), zap.Int("shared_tokens", answer.PromptTokens))

	return true
}

// pull makes the server fetch a model, telling how far it is; it reports whether the model is there.
func (m *Module) pull(ctx context.Context, s *server, model string) bool {
	if !s.mayPull(m.now()) {
		return false
	}
	defer func() { s.endPull(m.now()) }()
	s.log.Info("pulling the model", zap.String("model", model))
	told := -1
	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(pullPatience, func() { cancel(errSilent) })
	defer silence.Stop()
	err := s.client.Pull(limited, model, func(completed, total int64) {
		silence.Reset(pullPatience)
		if total <= 0 {
			return
		}
		percent := int(completed * 100 / total)
		s.tellPull(strconv.Itoa(percent) + " %")
		if percent/10 != told { // a line each tenth; every layer counts anew
			told = percent / 10
			s.log.Info("pulling the model", zap.String("model", model), zap.Int("percent", percent))
		}
	})
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("the model could not be pulled", zap.String("model", model), zap.Error(cmp.Or(context.Cause(limited), err)))
		}

		return false
	}
	s.log.Info("the model is pulled", zap.String("model", model))
	s.probe.forget() // who looks again finds it

	return true
}

// pulled says how far the pulls that run are; empty: none runs.
func (m *Module) pulled() string {
	for _, s := range m.servers {
		if told := s.pullTold(); told != "" {
			return fmt.Sprintf("%s on %s", told, s.name)
		}
	}

	return ""
}
