package kv

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/rueidis"
)

var errUnexpectedAnswer = errors.New("unexpected answer")

// Consult implements Store.
func (r *redisStore) Consult(ctx context.Context, keys []string, events []Event) (Answer, error) {
	limits, err := gcras(events)
	if err != nil {
		return Answer{}, err
	}
	if len(keys) == 0 {
		return Answer{Values: [][]byte{}}, nil
	}
	all := r.prefixed(keys)
	args := []int64{int64(len(keys))}
	for i, e := range events {
		all = append(all, r.prefix+e.Key)
		args = append(args, limits[i].interval, limits[i].window)
	}
	message, err := r.run(ctx, consultScript, all, args...)
	if err != nil {
		return Answer{}, fmt.Errorf("consult: %w", err)
	}
	answer, err := readAnswer(message, limits)
	if err != nil {
		return Answer{}, fmt.Errorf("consult: %w", err)
	}

	return answer, nil
}

// readAnswer takes what consultScript returned.
func readAnswer(message rueidis.RedisMessage, limits []gcra) (Answer, error) {
	parts, err := message.ToArray()
	if err != nil || len(parts) != 2 {
		return Answer{}, errors.Join(errUnexpectedAnswer, err)
	}
	values, err := parts[0].ToArray()
	if err != nil {
		return Answer{}, err
	}
	decisions, err := parts[1].ToArray()
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Values: make([][]byte, len(values))}
	for i, value := range values {
		if answer.Values[i], err = bytesOf(value, nil); err != nil {
			return Answer{}, err
		}
	}
	if len(decisions) != len(limits) { // nothing was judged
		return answer, nil
	}
	answer.Decisions = make([]Decision, len(limits))
	for i, d := range decisions {
		if answer.Decisions[i], err = limits[i].read(d); err != nil {
			return Answer{}, err
		}
	}

	return answer, nil
}
