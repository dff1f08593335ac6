package kv

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/redis/rueidis"
	"go.uber.org/zap"
)

const (
	defaultPrefix = "homehub:"
	callTimeout   = 300 * time.Millisecond // a hundred times what Redis needs on a local network
	dialTimeout   = 500 * time.Millisecond

	// After this many calls in a row without an answer, calls fail at once for a moment: a dead
	// Redis must not add callTimeout to each step of every request.
	breakerFailures = 3
	breakerPause    = time.Second
)

// addScript counts and renews the ttl in one step.
//
//nolint:gochecknoglobals // a constant that needs its hash taken
var addScript = rueidis.NewLuaScript(`
local sum = redis.call('INCRBY', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return sum`)

// judgeFunction is gcra.judge with Redis's own clock, which all processes share. It returns what
// gcra.decision takes. %.0f: Lua would write a large number as 1.7e+15.
const judgeFunction = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local function judge(key, interval, window)
  interval, window = tonumber(interval), tonumber(window)
  local arrival = redis.call('GET', key)
  if arrival then
    arrival = tonumber(arrival)
    if not arrival then return nil end
  end
  arrival = math.max(arrival or 0, now)
  local next = arrival + interval
  local wait = next - now - window
  if wait > 0 then return {-1, wait, arrival - now} end
  redis.call('SET', key, string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000))
  return {math.floor((now + window - next) / interval), 0, next - now}
end`

//nolint:gochecknoglobals // a constant that needs its hash taken
var allowScript = rueidis.NewLuaScript(judgeFunction + `
return judge(KEYS[1], ARGV[1], ARGV[2]) or redis.error_reply('ERR value is not an integer')`)

// consultScript reads the first ARGV[1] keys and judges the others, where the last value read
// vouches for the rest. It returns the values and the decisions.
//
//nolint:gochecknoglobals // a constant that needs its hash taken
var consultScript = rueidis.NewLuaScript(judgeFunction + `
local n = tonumber(ARGV[1])
local values = redis.call('MGET', unpack(KEYS, 1, n))
local vouched = ''
for i = 1, n - 1 do
  if not values[i] then return {values, {}} end
  vouched = vouched .. values[i]
end
if not values[n] or string.sub(values[n], 1, #vouched) ~= vouched then return {values, {}} end
local decisions = {}
for i = n + 1, #KEYS do
  local at = 2 * (i - n)
  decisions[i - n] = judge(KEYS[i], ARGV[at], ARGV[at + 1])
  if not decisions[i - n] then return redis.error_reply('ERR value is not an integer') end
end
return {values, decisions}`)

// redisStore keeps everything in Redis or Valkey.
type redisStore struct {
	client      rueidis.Client
	breaker     circuitbreaker.CircuitBreaker[any]
	prefix      string
	callTimeout time.Duration
}

// clientOption reads a URL. Its errors do not repeat the password.
func clientOption(url string) (rueidis.ClientOption, error) {
	opt, err := rueidis.ParseURL(url)
	if err != nil {
		return opt, errors.New("not the URL of a Redis: redis://[user:password@]host[:port][/database]")
	}
	opt.ForceSingleClient = true // gives a client that connects later when Redis is away now
	opt.DisableCache = true      // client-side caching would need invalidations; values here are short-lived
	opt.PipelineMultiplex = -1   // one connection: concurrent calls share its pipeline
	opt.ConnWriteTimeout = 2 * time.Second
	opt.Dialer.Timeout = dialTimeout

	return opt, nil
}

func openRedis(ctx context.Context, url string, deps Deps) (*redisStore, error) {
	opt, err := clientOption(url)
	if err != nil {
		return nil, fmt.Errorf("kv.url: %w", err)
	}
	timeout := callTimeout
	if deps.CallTimeout > 0 {
		timeout = deps.CallTimeout
		opt.ConnWriteTimeout, opt.Dialer.Timeout = max(opt.ConnWriteTimeout, timeout), max(opt.Dialer.Timeout, timeout)
	}
	client, err := rueidis.NewClient(opt)
	if client == nil {
		return nil, fmt.Errorf("open kv: %w", err)
	}
	if err != nil {
		deps.Log.Warn("kv does not answer yet; homehub goes on without it", zap.Error(err))
	}

	return &redisStore{
		client:      client,
		breaker:     newBreaker(deps.Log),
		prefix:      prefixOf(deps),
		callTimeout: timeout,
	}, ctx.Err()
}

func prefixOf(deps Deps) string {
	if deps.Prefix != "" {
		return deps.Prefix
	}

	return defaultPrefix
}

func newBreaker(log *zap.Logger) circuitbreaker.CircuitBreaker[any] {
	return circuitbreaker.NewBuilder[any]().
		WithFailureThreshold(breakerFailures).
		WithSuccessThreshold(1). // one call at a time finds out whether it is over
		WithDelay(breakerPause).
		OnOpen(func(e circuitbreaker.StateChangedEvent) {
			if e.OldState == circuitbreaker.ClosedState { // said once, not at each attempt
				log.Warn("kv does not answer; homehub goes on without it")
			}
		}).
		OnClose(func(circuitbreaker.StateChangedEvent) { log.Info("kv answers again") }).
		Build()
}

// Get implements Store.
func (r *redisStore) Get(ctx context.Context, key string) ([]byte, error) {
	return bytesOf(r.do(ctx, r.client.B().Get().Key(r.prefix+key).Build()))
}

// GetMany implements Store.
func (r *redisStore) GetMany(ctx context.Context, keys ...string) ([][]byte, error) {
	if len(keys) == 0 {
		return [][]byte{}, nil
	}
	messages, err := r.do(ctx, r.client.B().Mget().Key(r.prefixed(keys)...).Build())
	if err != nil {
		return nil, err
	}
	items, err := messages.ToArray()
	if err != nil {
		return nil, fmt.Errorf("read values: %w", err)
	}
	values := make([][]byte, len(items))
	for i, item := range items {
		if values[i], err = bytesOf(item, nil); err != nil {
			return nil, err
		}
	}

	return values, nil
}

// Set implements Store.
func (r *redisStore) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	ms, err := milliseconds(ttl)
	if err != nil {
		return err
	}
	_, err = r.do(ctx, r.client.B().Set().Key(r.prefix+key).Value(rueidis.BinaryString(value)).PxMilliseconds(ms).Build())

	return err
}

// SetIfAbsent implements Store.
func (r *redisStore) SetIfAbsent(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	ms, err := milliseconds(ttl)
	if err != nil {
		return false, err
	}
	answer, err := r.do(ctx, r.client.B().Set().Key(r.prefix+key).Value(rueidis.BinaryString(value)).Nx().PxMilliseconds(ms).Build())

	return err == nil && !answer.IsNil(), err
}

// Take implements Store.
func (r *redisStore) Take(ctx context.Context, key string) ([]byte, error) {
	return bytesOf(r.do(ctx, r.client.B().Getdel().Key(r.prefix+key).Build()))
}

// Delete implements Store.
func (r *redisStore) Delete(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	_, err := r.do(ctx, r.client.B().Del().Key(r.prefixed(keys)...).Build())

	return err
}

// Add implements Store.
func (r *redisStore) Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error) {
	ms, err := milliseconds(ttl)
	if err != nil {
		return 0, err
	}
	answer, err := r.run(ctx, addScript, []string{r.prefix + key}, ms, n)
	if err != nil {
		return 0, fmt.Errorf("add to %s: %w", key, err)
	}

	return answer.AsInt64()
}

// Allow implements Store.
func (r *redisStore) Allow(ctx context.Context, key string, limit Limit) (Decision, error) {
	g, err := limit.gcra()
	if err != nil {
		return Decision{}, err
	}
	answer, err := r.run(ctx, allowScript, []string{r.prefix + key}, g.interval, g.window)
	if err != nil {
		return Decision{}, fmt.Errorf("allow %s: %w", key, err)
	}
	d, err := g.read(answer)
	if err != nil {
		return Decision{}, fmt.Errorf("allow %s: %w", key, err)
	}

	return d, nil
}

// read takes what the script's judge returned.
func (g gcra) read(answer rueidis.RedisMessage) (Decision, error) {
	n, err := answer.AsIntSlice()
	if err != nil || len(n) != 3 {
		return Decision{}, fmt.Errorf("unexpected answer: %w", err)
	}

	return g.decision(n[0], n[1], n[2]), nil
}

// Ping implements Store. It asks even while calls fail at once, and so notices the return first.
func (r *redisStore) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.callTimeout)
	defer cancel()
	if err := r.client.Do(ctx, r.client.B().Ping().Build()).Error(); err != nil {
		return ErrUnavailable.Wrap(err)
	}

	return nil
}

// Close implements Store.
func (r *redisStore) Close() { r.client.Close() }

func (r *redisStore) prefixed(keys []string) []string {
	all := make([]string, len(keys))
	for i, key := range keys {
		all[i] = r.prefix + key
	}

	return all
}

func (r *redisStore) do(ctx context.Context, cmd rueidis.Completed) (rueidis.RedisMessage, error) {
	return r.guard(ctx, func(ctx context.Context) rueidis.RedisResult { return r.client.Do(ctx, cmd) })
}

func (r *redisStore) run(ctx context.Context, script *rueidis.Lua, keys []string, args ...int64) (rueidis.RedisMessage, error) {
	texts := make([]string, len(args))
	for i, arg := range args {
		texts[i] = strconv.FormatInt(arg, 10)
	}

	return r.guard(ctx, func(ctx context.Context) rueidis.RedisResult {
		return script.Exec(ctx, r.client, keys, texts)
	})
}

// guard gives a call its deadline and its share in the breaker. A nil answer is not an error.
func (r *redisStore) guard(ctx context.Context, call func(context.Context) rueidis.RedisResult) (rueidis.RedisMessage, error) {
	if !r.breaker.TryAcquirePermit() {
		return rueidis.RedisMessage{}, ErrUnavailable.Wrap(circuitbreaker.ErrOpen)
	}
	limited, cancel := context.WithTimeout(ctx, r.callTimeout)
	defer cancel()

	message, err := call(limited).ToMessage()
	switch {
	case err == nil || rueidis.IsRedisNil(err):
		r.breaker.RecordSuccess()

		return message, nil
	case isNotInteger(err):
		r.breaker.RecordSuccess()

		return message, errNotInteger
	case ctx.Err() != nil: // the caller gave up, which says nothing about Redis
		r.breaker.RecordSuccess()
	default:
		r.breaker.RecordFailure()
	}

	return message, ErrUnavailable.Wrap(err)
}

// isNotInteger recognises Redis's refusals to count, which only words tell apart.
func isNotInteger(err error) bool {
	return strings.Contains(err.Error(), "not an integer") || strings.Contains(err.Error(), "would overflow")
}

// bytesOf returns nil for nothing, and never nil for an empty value.
func bytesOf(message rueidis.RedisMessage, err error) ([]byte, error) {
	if err != nil || message.IsNil() {
		return nil, err
	}
	text, err := message.ToString()
	if err != nil {
		return nil, fmt.Errorf("read value: %w", err)
	}

	return []byte(text), nil
}
