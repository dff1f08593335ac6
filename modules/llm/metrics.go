package llm

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/llmapi"
)

// metrics count calls by model and outcome; never by household.
type metrics struct {
	chats      *prometheus.CounterVec
	queue      *prometheus.HistogramVec
	calls      *prometheus.HistogramVec
	firstToken *prometheus.HistogramVec
	tokens     *prometheus.CounterVec
	schema     prometheus.Histogram
	nonsense   *prometheus.CounterVec
	fallbacks  *prometheus.CounterVec
	retries    prometheus.Counter
	repairs    prometheus.Counter
}

func newMetrics(registry prometheus.Registerer, m *Module) *metrics {
	seconds := []float64{.005, .01, .025, .05, .1, .2, .3, .5, .75, 1, 1.5, 2, 3, 5, 10}
	x := &metrics{
		chats:      counters("homehub_llm_requests_total", "Questions to the language model, by how they ended.", "outcome"),
		queue:      histograms("homehub_llm_queue_seconds", "Wait for a turn, by whether it came.", seconds, "outcome"),
		calls:      histograms("homehub_llm_call_seconds", "Time that a call to Ollama took, by model and outcome.", seconds, "model", "outcome"),
		firstToken: histograms("homehub_llm_first_token_seconds", "Time until an answer began.", seconds, "model"),
		tokens: counters("homehub_llm_tokens_total",
			"Tokens by kind: of prompts, of those the ones that had to be evaluated (by the time it took), of answers.", "model", "kind"),
		schema: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "homehub_llm_schema_bytes", Help: "Size of the schemas that answers obey.", Buckets: prometheus.ExponentialBuckets(256, 2, 8),
		}),
		nonsense:  counters("homehub_llm_nonsense_total", "Answers that could not be used.", "model"),
		fallbacks: counters("homehub_llm_fallbacks_total", "Calls to a fallback model.", "model"),
		retries:   prometheus.NewCounter(prometheus.CounterOpts{Name: "homehub_llm_retries_total", Help: "Calls repeated after a failure of Ollama."}),
		repairs:   prometheus.NewCounter(prometheus.CounterOpts{Name: "homehub_llm_repairs_total", Help: "Calls repeated after an answer that could not be used."}),
	}
	if registry == nil {
		return x
	}
	registry.MustRegister(x.chats, x.queue, x.calls, x.firstToken, x.tokens, x.schema, x.nonsense, x.fallbacks, x.retries, x.repairs)
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "homehub_llm_waiting", Help: "Calls that wait for their turn.",
	}, func() float64 { return float64(m.queue.length()) }))
	for _, s := range m.servers {
		labels := prometheus.Labels{"server": s.name}
		registry.MustRegister(
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Name: "homehub_llm_running", Help: "Calls that a server works on.", ConstLabels: labels,
			}, func() float64 { return float64(m.queue.runningOn(s)) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{
				Name: "homehub_llm_breaker_open", Help: "1 while a server is left alone because it fails, 0.5 while one call tries it.", ConstLabels: labels,
			}, s.openness))
	}

	return x
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
}

// chatted counts a question by how it ended.
func (x *metrics) chatted(err error) {
	outcome := "answered"
	switch {
	case err == nil:
	case errors.Is(err, llmapi.ErrBusy):
		outcome = "busy"
	case errors.Is(err, llmapi.ErrSpent):
		outcome = "spent"
	case errors.Is(err, llmapi.ErrNonsense):
		outcome = "nonsense"
	case isDeadline(err):
		outcome = "late"
	case isEnded(err):
		outcome = "gone"
	case errors.Is(err, llmapi.ErrAbsent):
		outcome = "absent"
	default:
		outcome = "unavailable"
	}
	x.chats.WithLabelValues(outcome).Inc()
}

// waited counts a wait for a turn.
func (x *metrics) waited(took time.Duration, err error) {
	outcome := "served"
	if err != nil {
		outcome = "left"
	}
	x.queue.WithLabelValues(outcome).Observe(took.Seconds())
}

// called counts a call by how it ended.
func (x *metrics) called(model string, took time.Duration, err error) {
	outcome := "ok"
	switch {
	case err == nil:
	case isDeadline(err):
		outcome = "late"
	case isEnded(err):
		outcome = "gone"
	case errors.Is(err, ollama.ErrMissing):
		outcome = "missing"
	case errors.Is(err, ollama.ErrRefused):
		outcome = "refused"
	default:
		outcome = "failed"
	}
	x.calls.WithLabelValues(model, outcome).Observe(took.Seconds())
}

// answered counts what an answer cost.
func (x *metrics) answered(model string, answer ollama.Answer, evaluated, schemaBytes int) {
	x.firstToken.WithLabelValues(model).Observe(answer.FirstToken.Seconds())
	x.tokens.WithLabelValues(model, "prompt").Add(float64(answer.PromptTokens))
	x.tokens.WithLabelValues(model, "evaluated").Add(float64(evaluated))
	x.tokens.WithLabelValues(model, "answer").Add(float64(answer.AnswerTokens))
	if schemaBytes > 0 {
		x.schema.Observe(float64(schemaBytes))
	}
}

// openness is the state of a server's breaker as a number.
func (s *server) openness() float64 {
	switch {
	case s.breaker.IsOpen():
		return 1
	case s.breaker.IsHalfOpen():
		return 0.5
	default:
		return 0
	}
}
