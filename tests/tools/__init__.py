"""What routerd writes, judged by the languages' own tools on real projects."""
