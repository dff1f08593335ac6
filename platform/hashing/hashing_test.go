package hashing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/crypto/bcrypt"
)

const password = "macska-a-kemencén"

func testPool(t *testing.T) (*Pool, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	p := New(zap.New(core))
	p.patience = time.Minute // what else a machine has to do must not decide a test
	t.Cleanup(func() {
		p.Close()
		for _, entry := range logs.All() {
			text, err := zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "m"}).EncodeEntry(entry.Entry, entry.Context)
			require.NoError(t, err)
			require.NotContains(t, text.String(), password)
		}
	})

	return p, logs
}

func TestHashesAndComparisons(t *testing.T) {
	t.Parallel()
	p, logs := testPool(t)
	typed := []byte(password)
	hash, err := p.Hash(t.Context(), typed, bcrypt.MinCost)
	require.NoError(t, err)
	require.NoError(t, bcrypt.CompareHashAndPassword(hash, []byte(password)))
	require.Equal(t, make([]byte, len(typed)), typed, "cleared")

	require.NoError(t, p.Compare(t.Context(), hash, []byte(password)))
	require.ErrorIs(t, p.Compare(t.Context(), hash, []byte("another")), bcrypt.ErrMismatchedHashAndPassword)
	require.ErrorIs(t, p.Compare(t.Context(), hash, nil), bcrypt.ErrMismatchedHashAndPassword)
	require.Zero(t, logs.Len())
}

func TestWhatIsNoBcryptIsRefused(t *testing.T) {
	t.Parallel()
	p, _ := testPool(t)
	hash, err := p.Hash(t.Context(), []byte(password), bcrypt.MinCost)
	require.NoError(t, err)
	long := strings.Repeat("x", maxPassword+1)
	_, err = p.Hash(t.Context(), []byte(long), bcrypt.MinCost)
	require.ErrorIs(t, err, bcrypt.ErrPasswordTooLong)
	require.ErrorIs(t, p.Compare(t.Context(), hash, []byte(long)), bcrypt.ErrPasswordTooLong)
	_, err = p.Hash(t.Context(), []byte(password), 300)
	require.Error(t, err)
	for _, none := range []string{"", "$2a$04$", "nothing", string(hash[:40]), "$2a$04$!" + string(hash[8:]), "$2a$04$" + strings.Repeat("x", 300)} {
		err := p.Compare(t.Context(), []byte(none), []byte(password))
		require.Error(t, err, none)
		require.NotContains(t, err.Error(), password)
	}
	require.NoError(t, p.Compare(t.Context(), hash, []byte(password)), "it is there for the next")
}

func TestNobodyWaitsForAHash(t *testing.T) {
	t.Parallel()
	p, _ := testPool(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.Hash(ctx, []byte(password), bcrypt.MinCost)
	require.ErrorIs(t, err, context.Canceled)
}

func TestWithoutAWorker(t *testing.T) {
	t.Parallel()
	p, logs := testPool(t)
	p.start = func(priority) (*worker, error) { return nil, errors.New("no more processes") }
	for range 2 {
		hash, err := p.Hash(t.Context(), []byte(password), bcrypt.MinCost)
		require.NoError(t, err)
		require.NoError(t, p.Compare(t.Context(), hash, []byte(password)))
	}
	require.Equal(t, 1, logs.Len(), "said once")
	require.Equal(t, zapcore.WarnLevel, logs.All()[0].Level)
}

func FuzzProtocol(f *testing.F) {
	hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	require.NoError(f, err)
	f.Add(false, []byte(password), []byte{}, 0)
	f.Add(true, []byte(password), hash, 0)
	f.Add(true, []byte("another"), hash, 0)
	f.Add(true, []byte(password), []byte("$2a$04$nothing"), 3)
	f.Fuzz(func(t *testing.T, isComparison bool, password, hash []byte, missing int) {
		r := request{isComparison: isComparison, cost: bcrypt.MinCost, password: password, hash: hash}
		if cost, err := bcrypt.Cost(hash); r.check() != nil || err == nil && cost > bcrypt.MinCost {
			return // one that takes days, perhaps
		}
		frame := r.frame()
		frame = frame[:len(frame)-min(max(missing, 0), len(frame)-1)] // at least one byte: none is the end
		var answers bytes.Buffer
		err := serve(bytes.NewReader(frame), &answers, func() {})
		if missing > 0 {
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			require.Zero(t, answers.Len())
			return
		}
		require.NoError(t, err)
		got, err := readAnswer(&answers)
		require.NoError(t, err)
		want := r.compute(func() {})
		require.Equal(t, want.kind, got.kind)
		require.Len(t, got.text, min(len(want.text), maxText))
	})
}
