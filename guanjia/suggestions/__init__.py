"""Changes of rules that would quiet bad actors, each proved on the site's own history."""
