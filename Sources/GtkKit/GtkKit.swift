// GtkKit
