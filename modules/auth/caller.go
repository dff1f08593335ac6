package auth

import (
	"context"

	"homehub/platform/identity"
)

// Caller returns a person or device as somebody who acts in a household now, without a session: what
// they planned is carried out with the rights of that moment. Errors: errSessionEnded where there is
// no such person or device, or it is disabled, errHouseholdNotFound, errHouseholdDisabled.
func (m *Module) Caller(ctx context.Context, householdID string, kind identity.Kind, id string) (identity.Principal, error) {
	return m.svc.rights.absent(ctx, householdID, kind, id)
}

// absent is storedPrincipal for who does not ask themselves.
func (a *authorizer) absent(ctx context.Context, householdID string, kind identity.Kind, id string) (identity.Principal, error) {
	find := a.store.getUserRights
	if kind == identity.Device {
		find = a.store.getRightsOfDevice
	}
	r, err := find(ctx, id, householdID)
	if err != nil {
		return identity.Principal{}, err
	}

	return a.judge(r, claims{Subject: id}, householdID)
}
