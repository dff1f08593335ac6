package hungarian

// heardAs writes a folded word roughly as it sounds, so that words which sound alike are
// written alike: aszt and azt, mongyad and mondjad, filipsz and Philips. What it returns is
// no word, only good for comparing.
func heardAs(folded string) string {
	sounds := make([]byte, 0, len(folded))
	for at := 0; at < len(folded); {
		sound, size := soundAt(folded[at:])
		at += size
		if len(sounds) == 0 || sounds[len(sounds)-1] != sound { // long or short is not told apart
			sounds = append(sounds, sound)
		}
	}

	return string(sounds)
}

// soundAt returns the sound that letters begin with, and how many letters it takes.
func soundAt(letters string) (sound byte, size int) {
	for size := min(4, len(letters)); size > 1; size-- {
		if sound := soundOf(letters[:size]); sound != 0 {
			return sound, size
		}
	}
	switch letters[0] {
	case 'z':
		return 's', 1
	case 'w':
		return 'v', 1
	case 'y':
		return 'i', 1
	case 'c':
		if len(letters) > 1 && (letters[1] == 'e' || letters[1] == 'i') {
			return 'c', 1
		}

		return 'k', 1
	case 'q':
		return 'k', 1
	case 'x':
		return 'X', 1
	default:
		return letters[0], 1
	}
}

// soundOf returns the sound of several letters that stand for one; 0 where they do not.
func soundOf(letters string) byte {
	switch letters {
	case "cs", "ts", "ccs", "tch":
		return 'C'
	case "sz", "zs", "ssz", "zzs", "sh", "sch":
		return 's'
	case "ly", "lj", "jj", "lly":
		return 'j'
	case "gy", "dj", "ggy", "gyj", "dgy":
		return 'G'
	case "ny", "nj", "nny", "nyj":
		return 'N'
	case "ty", "tj", "tty", "tyj":
		return 'T'
	case "cc", "tsz", "tz", "dz":
		return 'c'
	case "ck":
		return 'k'
	case "ph":
		return 'f'
	case "th":
		return 't'
	case "ks", "ksz":
		return 'X'
	default:
		return 0
	}
}
