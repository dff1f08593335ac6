package llm

import (
	"context"
	"regexp"

	"go.uber.org/zap"

	"homehub/modules/llm/internal/ollama"
	"homehub/platform/log"
)

// digits are what may be a PIN or a telephone number, also where it is said digit by digit: longer than a
// temperature or a clock time.
var digits = regexp.MustCompile(`\d( ?\d){3,}`)

// logPrompt writes a call to the log where the operator wants that. The log's own redaction
// comes on top.
func (m *Module) logPrompt(ctx context.Context, x *exchange, model string, answer ollama.Answer) {
	if !m.cfg.LogPrompts {
		return
	}
	messages := make([]string, len(x.messages))
	for i := range x.messages {
		messages[i] = x.messages[i].Role + ": " + masked(x.messages[i].Content)
	}
	log.For(ctx, m.log).Info("asked the model", zap.String("model", model),
		zap.Strings("messages", messages), zap.String("answer", masked(answer.Text)))
}

func masked(text string) string { return digits.ReplaceAllString(text, "[digits]") }
