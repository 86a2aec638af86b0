"""Field encryption: keys, and what they make of values. Pure: chance comes from the caller, keys from a provider."""
