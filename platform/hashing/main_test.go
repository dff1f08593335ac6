package hashing

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	Main() // the tests' workers are this program, too
	goleak.VerifyTestMain(m)
}
