// Package clock lets code that depends on the time be given one.
package clock

import "time"

// Clock returns the present moment. Values are in UTC.
type Clock func() time.Time

// System is the machine's clock.
func System() time.Time { return time.Now().UTC() }

// Fixed returns a clock that always shows at.
func Fixed(at time.Time) Clock { return func() time.Time { return at } }
