package hass

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
)

// serviceCommand is call_service as Home Assistant wants it.
type serviceCommand struct {
	Type         string         `json:"type"`
	Domain       string         `json:"domain"`
	Service      string         `json:"service"`
	Data         map[string]any `json:"service_data,omitempty"`
	Target       *target        `json:"target,omitempty"`
	WantResponse bool           `json:"return_response,omitempty"`
}

type target struct {
	EntityIDs []string `json:"entity_id"`
}

// Call performs a service call and waits until its handler has finished. Its errors are those
// of hamanagerapi.Instance.
func (c *Conn) Call(ctx context.Context, call hamanagerapi.ServiceCall) (hamanagerapi.CallResult, error) {
	command := serviceCommand{
		Type: "call_service", Domain: call.Domain, Service: call.Service,
		Data: call.Data, WantResponse: call.WantsResponse,
	}
	if len(call.EntityIDs) > 0 {
		command.Target = &target{EntityIDs: call.EntityIDs}
	}

	var result struct {
		Context  struct{ ID string } `json:"context"`
		Response json.RawMessage     `json:"response"`
	}
	if err := c.Do(ctx, command, &result); err != nil {
		return hamanagerapi.CallResult{}, callError(err)
	}

	return hamanagerapi.CallResult{ContextID: result.Context.ID, Response: result.Response}, nil
}

// callError says in hamanagerapi's words how a call ended.
func callError(err error) error {
	refusal, isRefusal := errors.AsType[*CommandError](err)

	switch {
	case errors.Is(err, ErrOffline) && !errors.Is(err, ErrNoAnswer):
		return hamanagerapi.ErrOffline.Wrap(err)
	case !isRefusal:
		return hamanagerapi.ErrOutcomeUnknown.Wrap(err)
	case refusal.Code == codeInvalidFormat, refusal.isAboutValue():
		return hamanagerapi.ErrOutOfRange.Wrap(err)
	case refusal.Code == codeNotFound, refusal.Code == codeServiceValidation, refusal.Code == codeNotSupported:
		return hamanagerapi.ErrNotSupported.Wrap(err)
	default:
		return hamanagerapi.ErrServiceFailed.Wrap(err)
	}
}

// isAboutValue reports whether the entity could do it, with another value: the keys of Home
// Assistant's validation errors say so.
func (e *CommandError) isAboutValue() bool {
	return e.Code == codeServiceValidation && (strings.HasSuffix(e.TranslationKey, "out_of_range") ||
		strings.HasPrefix(e.TranslationKey, "not_valid_") || strings.HasPrefix(e.TranslationKey, "invalid_"))
}
