"""Every page in every state that a walk through the site meets, judged by tools that know nothing of us."""
