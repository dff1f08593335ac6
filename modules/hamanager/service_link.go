package hamanager

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/internal/address"
	"homehub/modules/hamanager/internal/hass"
	"homehub/platform/apperr"
	"homehub/platform/identity"
	"homehub/platform/secret"
)

// linkPatience is how long trying an address and a token may take.
const linkPatience = 15 * time.Second

// linkInstance connects the household with a Home Assistant that exists. It is tried first:
// what does not work is not stored. A virtual instance makes room.
func (s *service) linkInstance(
	ctx context.Context, caller identity.Principal, rawURL string, token secret.String,
) (instance, error) {
	endpoint, err := s.linkEndpoint(rawURL, token)
	if err != nil {
		return instance{}, err
	}
	if err := s.mayLink(ctx, caller.HouseholdID); err != nil { // before anybody is called
		return instance{}, err
	}

	version, err := probe(ctx, endpoint)
	if err != nil {
		return instance{}, s.linkFailed(ctx, caller, err)
	}
	sealed, err := s.keyring.Seal([]byte(endpoint.Token))
	if err != nil {
		return instance{}, fmt.Errorf("seal token: %w", err)
	}

	var linked instance
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		linked = s.newInstance(caller.HouseholdID, kindLinked)
		linked.Status, linked.URL, linked.Token, linked.HAVersion = statusStarting, endpoint.BaseURL, sealed, version
		if err := s.replace(ctx, &linked); err != nil {
			return err
		}

		if err := s.record(ctx, linked, actionLink, auditapi.Actor{}); err != nil {
			return err
		}

		return s.tellChange(ctx, instance{}, linked)
	})
	if err != nil {
		return instance{}, err
	}
	s.wake(caller.HouseholdID)

	return linked, nil
}

func (s *service) linkEndpoint(rawURL string, token secret.String) (hass.Endpoint, error) {
	baseURL, err := hass.ParseBaseURL(rawURL)
	if err != nil {
		return hass.Endpoint{}, errInvalidURL.WithFields(apperr.Field{Name: "url", Message: err.Error()})
	}
	plain := strings.TrimSpace(token.Reveal())
	if plain == "" {
		return hass.Endpoint{}, errNoToken
	}

	return hass.Endpoint{BaseURL: baseURL, Dial: s.policy.Dial, Token: plain}, nil
}

// mayLink refuses where the household has an instance that a link must not replace.
func (s *service) mayLink(ctx context.Context, householdID string) error {
	present, err := s.store.find(ctx, householdID)
	switch {
	case err != nil:
		return err
	case present == nil:
		return nil
	case present.Desired == desireRemoving:
		return errRemoving
	case present.Kind == kindDocker && present.Desired != desireRemoved:
		return errReplacesDocker
	default:
		return nil
	}
}

// replace stores next in the place of whatever the household has.
func (s *service) replace(ctx context.Context, next *instance) error {
	if err := s.hold(ctx, next.HouseholdID); err != nil {
		return err
	}
	if err := s.mayLink(ctx, next.HouseholdID); err != nil {
		return err
	}
	present, err := s.store.find(ctx, next.HouseholdID)
	if err != nil {
		return err
	}
	if present == nil {
		return s.store.insert(ctx, *next)
	}
	next.ID, next.Generation, next.CreatedAt = present.ID, present.Generation, present.CreatedAt

	return s.update(ctx, next)
}

// linkFailed words why an attempt did not succeed, and records it.
func (s *service) linkFailed(ctx context.Context, caller identity.Principal, cause error) error {
	refusal := linkError(cause)
	err := s.audit.Record(ctx, auditapi.Event{
		HouseholdID: caller.HouseholdID, Action: actionLink, Outcome: auditapi.Failed,
		Details: map[string]any{"reason": refusal.Code},
	})
	if err != nil {
		return fmt.Errorf("record failed link: %w", err)
	}

	return refusal
}

func linkError(cause error) *apperr.Error {
	if e, ok := errors.AsType[*apperr.Error](cause); ok {
		return e
	}
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](cause)

	switch {
	case errors.Is(cause, address.ErrNotAllowed):
		return errAddressNotAllowed.Wrap(cause)
	case errors.Is(cause, hass.ErrInvalidAuth):
		return errTokenRefused.Wrap(cause)
	case errors.Is(cause, hass.ErrNotHomeAssistant):
		return errNotHomeAssistant.Wrap(cause)
	case isCertificate:
		return errCertificate.Wrap(cause)
	default:
		return errUnreachable.Wrap(cause)
	}
}

// probe tries whether a Home Assistant is there and the token opens it, as an administrator.
func probe(ctx context.Context, endpoint hass.Endpoint) (version string, err error) {
	ctx, cancel := context.WithTimeout(ctx, linkPatience)
	defer cancel()

	stranger := endpoint
	stranger.Token = "" // whoever answers gets the token only when it is Home Assistant
	client := hass.NewClient(stranger)
	defer client.Close()

	if err := client.Manifest(ctx); err != nil {
		return "", err
	}
	conn, err := hass.Connect(ctx, endpoint)
	if err != nil {
		return "", err
	}
	defer conn.Close()

	user, err := conn.CurrentUser(ctx)
	if err != nil {
		return "", err
	}
	if !user.IsAdmin {
		return "", errNotAdmin
	}

	return conn.Version(), nil
}
