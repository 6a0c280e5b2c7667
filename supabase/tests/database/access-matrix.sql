-- Generated from supabase/tests/access-matrix.json by `deno task access`. Edit that file, not this one.

create table tests.matrix as select $matrix${
  "about": "Who may do what: the source of the tables in SECURITY.md and of the tests. `deno task access` writes both anew after a change.",
  "roles": {
    "nobody": "no credential (HTTP only)",
    "anonymous": "a publishable key",
    "guest": "signed in without being a viewer: an anonymous sign-in, or no media_role where the setting viewers is assigned",
    "viewer": "signed in",
    "editor": "app_metadata.media_role editor",
    "admin": "app_metadata.media_role admin",
    "cron": "the secret key named cron (HTTP only; the data API takes it for any secret key)",
    "service": "a secret key; in SQL service_role, the owner and superusers"
  },
  "cells": {
    "-": "refused",
    "none": "no row",
    "public": "live rows in scope of public collections",
    "live": "live rows in scope",
    "trash too": "live and deleted rows in scope",
    "all": "every row",
    "yes": "allowed"
  },
  "tables": {
    "media_assets": {
      "rows": {
        "public": 1,
        "live": 3,
        "trash too": 4,
        "all": 5
      },
      "columns": {
        "what a page shows": [
          "id",
          "cloud_name",
          "asset_id",
          "resource_type",
          "type",
          "format",
          "version",
          "bytes",
          "width",
          "height",
          "duration",
          "pages",
          "url",
          "secure_url",
          "original_filename",
          "created_at",
          "updated_at",
          "deleted_at",
          "in_scope",
          "search_text"
        ],
        "editable": [
          "public_id",
          "folder",
          "display_name",
          "tags",
          "context"
        ],
        "editable, not public": [
          "metadata"
        ],
        "for viewers": [
          "etag",
          "access_mode",
          "moderation_status",
          "uploaded_at",
          "sync_status",
          "last_synced_at",
          "usage_count",
          "created_by"
        ],
        "the sync's own": [
          "extra",
          "last_updated",
          "base",
          "conflicts",
          "sync_error",
          "sync_attempts",
          "next_attempt_at",
          "lease_token",
          "leased_until",
          "edited_at",
          "observed_at",
          "last_event_at",
          "deleted_by",
          "restore_requested_at"
        ]
      },
      "values": {
        "public_id": "public_id || '-new'",
        "folder": "'new'",
        "display_name": "'new'",
        "tags": "'{new}'",
        "context": "'{\"alt\": \"new\"}'",
        "metadata": "'{\"sku\": \"new\"}'"
      },
      "select": {
        "what a page shows": {
          "anonymous": "public",
          "guest": "none",
          "viewer": "live",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        },
        "editable": {
          "anonymous": "public",
          "guest": "none",
          "viewer": "live",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        },
        "editable, not public": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "live",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        },
        "for viewers": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "live",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        },
        "the sync's own": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "all"
        }
      },
      "update": {
        "what a page shows": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "yes"
        },
        "editable": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "none",
          "editor": "live",
          "admin": "live",
          "service": "all"
        },
        "editable, not public": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "none",
          "editor": "live",
          "admin": "live",
          "service": "all"
        },
        "for viewers": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "yes"
        },
        "the sync's own": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "yes"
        }
      },
      "insert": {
        "statement": "insert into public.media_assets (cloud_name, asset_id, public_id, resource_type) values ('demo', 'new', 'new', 'image')",
        "columns": [],
        "rights": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "yes"
        }
      },
      "delete": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "-",
        "service": "all"
      }
    },
    "media_usage": {
      "rows": {
        "live": 1,
        "trash too": 2,
        "all": 3
      },
      "columns": {
        "the place": [
          "media_asset_id",
          "usage_type",
          "reference_table",
          "reference_id",
          "field",
          "removed_at"
        ],
        "who and when": [
          "id",
          "created_by",
          "created_at"
        ]
      },
      "values": {},
      "select": {
        "the place": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "live",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        },
        "who and when": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "live",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        }
      },
      "update": {
        "the place": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "none",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        },
        "who and when": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "all"
        }
      },
      "insert": {
        "statement": "insert into public.media_usage (media_asset_id, usage_type, reference_table, reference_id) values ('00000000-0000-4000-8000-00000000a001', 'cover', 'articles', '9')",
        "columns": [
          "media_asset_id",
          "usage_type",
          "reference_table",
          "reference_id",
          "field"
        ],
        "rights": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "yes",
          "admin": "yes",
          "service": "yes"
        }
      },
      "delete": {
        "anonymous": "-",
        "guest": "none",
        "viewer": "none",
        "editor": "trash too",
        "admin": "trash too",
        "service": "all"
      }
    },
    "media_collections": {
      "rows": {
        "public": 1,
        "all": 2
      },
      "columns": {
        "name and order": [
          "id",
          "slug",
          "name",
          "position",
          "is_public"
        ],
        "nesting, description": [
          "parent_id",
          "description"
        ],
        "who and when": [
          "created_by",
          "created_at",
          "updated_at"
        ]
      },
      "values": {
        "slug": "slug || '-new'",
        "name": "'new'"
      },
      "select": {
        "name and order": {
          "anonymous": "public",
          "guest": "none",
          "viewer": "all",
          "editor": "all",
          "admin": "all",
          "service": "all"
        },
        "nesting, description": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "all",
          "editor": "all",
          "admin": "all",
          "service": "all"
        },
        "who and when": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "all",
          "editor": "all",
          "admin": "all",
          "service": "all"
        }
      },
      "update": {
        "name and order": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "none",
          "editor": "all",
          "admin": "all",
          "service": "all"
        },
        "nesting, description": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "none",
          "editor": "all",
          "admin": "all",
          "service": "all"
        },
        "who and when": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "all"
        }
      },
      "except": {
        "update": {
          "id": {
            "anonymous": "-",
            "guest": "-",
            "viewer": "-",
            "editor": "-",
            "admin": "-",
            "service": "all"
          }
        }
      },
      "insert": {
        "statement": "insert into public.media_collections (slug, name) values ('new', 'New')",
        "columns": [
          "parent_id",
          "slug",
          "name",
          "description",
          "is_public",
          "position"
        ],
        "rights": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "yes",
          "admin": "yes",
          "service": "yes"
        }
      },
      "delete": {
        "anonymous": "-",
        "guest": "none",
        "viewer": "none",
        "editor": "all",
        "admin": "all",
        "service": "all"
      }
    },
    "media_collection_items": {
      "rows": {
        "public": 1,
        "live": 2,
        "trash too": 3,
        "all": 4
      },
      "columns": {
        "the item": [
          "collection_id",
          "media_asset_id",
          "position"
        ],
        "who and when": [
          "added_by",
          "added_at"
        ]
      },
      "values": {},
      "select": {
        "the item": {
          "anonymous": "public",
          "guest": "none",
          "viewer": "live",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        },
        "who and when": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "live",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        }
      },
      "update": {
        "the item": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "none",
          "editor": "trash too",
          "admin": "trash too",
          "service": "all"
        },
        "who and when": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "all"
        }
      },
      "insert": {
        "statement": "insert into public.media_collection_items (collection_id, media_asset_id) values ('00000000-0000-4000-8000-00000000c001', '00000000-0000-4000-8000-00000000a003')",
        "columns": [
          "collection_id",
          "media_asset_id",
          "position"
        ],
        "rights": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "yes",
          "admin": "yes",
          "service": "yes"
        }
      },
      "delete": {
        "anonymous": "-",
        "guest": "none",
        "viewer": "none",
        "editor": "trash too",
        "admin": "trash too",
        "service": "all"
      }
    },
    "media_sync_log": {
      "rows": {
        "all": 1
      },
      "columns": {
        "everything": [
          "id",
          "operation",
          "status",
          "direction",
          "source",
          "media_asset_id",
          "asset_id",
          "public_id",
          "resource_type",
          "changes",
          "error_code",
          "error_message",
          "run_id",
          "user_id",
          "processing_time_ms",
          "resolved_at",
          "created_at"
        ]
      },
      "values": {},
      "select": {
        "everything": {
          "anonymous": "-",
          "guest": "none",
          "viewer": "none",
          "editor": "none",
          "admin": "all",
          "service": "all"
        }
      },
      "update": {
        "everything": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "-"
        }
      },
      "insert": {
        "statement": "insert into public.media_sync_log (operation, status, source) values ('event', 'success', 'client')",
        "columns": [],
        "rights": {
          "anonymous": "-",
          "guest": "-",
          "viewer": "-",
          "editor": "-",
          "admin": "-",
          "service": "-"
        }
      },
      "delete": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "-",
        "service": "-"
      }
    }
  },
  "machinery": {
    "about": "Every table of the schema media_sync",
    "select": {
      "anonymous": "-",
      "guest": "-",
      "viewer": "-",
      "editor": "-",
      "admin": "-",
      "service": "yes"
    },
    "insert, update, delete": {
      "anonymous": "-",
      "guest": "-",
      "viewer": "-",
      "editor": "-",
      "admin": "-",
      "service": "-"
    },
    "settings, update": {
      "anonymous": "-",
      "guest": "-",
      "viewer": "-",
      "editor": "-",
      "admin": "-",
      "service": "yes"
    }
  },
  "functions": {
    "list_media_assets(jsonb)": {
      "call": "select public.list_media_assets()",
      "rights": {
        "anonymous": "yes",
        "guest": "yes",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      }
    },
    "get_media_facets(jsonb)": {
      "call": "select public.get_media_facets()",
      "rights": {
        "anonymous": "yes",
        "guest": "yes",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      }
    },
    "get_media_asset(uuid)": {
      "call": "select public.get_media_asset('00000000-0000-4000-8000-00000000a001')",
      "rights": {
        "anonymous": "yes",
        "guest": "yes",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      }
    },
    "get_media_statistics()": {
      "call": "select public.get_media_statistics()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "counters are kept in a table that no client reads"
    },
    "get_sync_status()": {
      "call": "select public.get_sync_status()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "runs are kept in a table that no client reads"
    },
    "find_media_assets(text[], text, text)": {
      "call": "select public.find_media_assets('{public}')",
      "rights": {
        "anonymous": "-",
        "guest": "yes",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      }
    },
    "edit_media_assets(uuid[], jsonb)": {
      "call": "select public.edit_media_assets(array['00000000-0000-4000-8000-00000000a001']::uuid[], '{}')",
      "rights": {
        "anonymous": "-",
        "guest": "yes",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      }
    },
    "soft_delete_media_asset(uuid, boolean)": {
      "call": "select public.soft_delete_media_asset('00000000-0000-4000-8000-00000000a001')",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      }
    },
    "soft_delete_media_assets(uuid[], boolean)": {
      "call": "select public.soft_delete_media_assets(array['00000000-0000-4000-8000-00000000a001']::uuid[])",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "editors write none of the columns of a deletion"
    },
    "restore_media_asset(uuid)": {
      "call": "select public.restore_media_asset('00000000-0000-4000-8000-00000000a001')",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "editors write none of the columns of a deletion"
    },
    "resolve_media_conflicts(uuid[], text)": {
      "call": "select public.resolve_media_conflicts(array['00000000-0000-4000-8000-00000000a001']::uuid[], 'database')",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "yes",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "editors write neither conflicts nor the log"
    },
    "get_sync_run(uuid)": {
      "call": "select public.get_sync_run('00000000-0000-4000-8000-00000000a001')",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "reads the machinery, which no client may"
    },
    "get_sync_overview()": {
      "call": "select public.get_sync_overview()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "reads the machinery, which no client may"
    },
    "get_sync_settings()": {
      "call": "select public.get_sync_settings()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "reads the machinery, which no client may"
    },
    "get_sync_health()": {
      "call": "select public.get_sync_health()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "reads the machinery, which no client may"
    },
    "get_sync_health_summary()": {
      "call": "select public.get_sync_health_summary()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "reads the machinery, which no client may"
    },
    "list_webhook_events(integer)": {
      "call": "select public.list_webhook_events()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "reads the machinery, which no client may"
    },
    "update_sync_settings(jsonb)": {
      "call": "select public.update_sync_settings('{}')",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "writes the settings and the log, which no client may"
    },
    "cleanup_old_sync_logs()": {
      "call": "select public.cleanup_old_sync_logs()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "yes",
        "service": "yes"
      },
      "definer": "deletes from the log, which no client may"
    },
    "enable_media_broadcast()": {
      "call": "select public.enable_media_broadcast()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "-",
        "service": "yes"
      }
    },
    "schedule_media_sync()": {
      "call": "select public.schedule_media_sync()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "-",
        "service": "yes"
      }
    },
    "unschedule_media_sync()": {
      "call": "select public.unschedule_media_sync()",
      "rights": {
        "anonymous": "-",
        "guest": "-",
        "viewer": "-",
        "editor": "-",
        "admin": "-",
        "service": "yes"
      }
    }
  },
  "internal": {
    "about": "Functions of media_sync that callers may execute because policies, defaults and the functions above run with their rights; the schema is not exposed",
    "media_role": "policies ask it",
    "token_role": "media_role asks it",
    "owns_media_sync": "media_role asks it",
    "viewers": "token_role asks it; definer, because nobody reads the settings",
    "is_viewer": "policies ask it",
    "is_editor": "policies ask it",
    "is_admin": "policies ask it",
    "public_asset_ids": "policies ask it; definer, because the policies of items and assets would ask each other; tells what anyone may see",
    "library_conditions": "list_media_assets",
    "library_page": "list_media_assets",
    "library_facets": "get_media_facets",
    "public_library_page": "list_media_assets",
    "public_library_facets": "get_media_facets",
    "public_asset": "get_media_asset",
    "signed_in_library_page": "list_media_assets; definer, checks the caller: under row level security no index serves a search",
    "signed_in_library_facets": "get_media_facets; definer, checks the caller: as above",
    "asset_for_viewers": "get_media_asset",
    "asset_for_editors": "get_media_asset; definer, checks the caller: shows columns that no client holds a grant on",
    "patch_object": "edit_media_assets",
    "search_text": "a generated column of media_assets"
  },
  "endpoints": [
    {
      "method": "GET",
      "path": "media-list",
      "rights": {
        "nobody": "401",
        "anonymous": "yes",
        "guest": "yes",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      }
    },
    {
      "method": "PATCH",
      "path": "media-list",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "403",
        "viewer": "403",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      },
      "body": {
        "ids": [
          "<id>"
        ],
        "add_tags": [
          "x"
        ]
      }
    },
    {
      "method": "DELETE",
      "path": "media-list",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "403",
        "viewer": "403",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      },
      "body": {
        "ids": [
          "<other>"
        ]
      }
    },
    {
      "method": "POST",
      "path": "media-list/uploads",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "403",
        "viewer": "403",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      },
      "body": {}
    },
    {
      "method": "POST",
      "path": "media-list/uploads/confirm",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "403",
        "viewer": "403",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      },
      "body": {
        "asset_id": "x",
        "public_id": "x",
        "version": 1,
        "signature": "0000000000000000000000000000000000000000"
      }
    },
    {
      "method": "GET",
      "path": "media-list/:id",
      "rights": {
        "nobody": "401",
        "anonymous": "yes",
        "guest": "yes",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      }
    },
    {
      "method": "PATCH",
      "path": "media-list/:id",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "403",
        "viewer": "403",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      },
      "body": {
        "add_tags": [
          "y"
        ]
      }
    },
    {
      "method": "POST",
      "path": "media-list/:id/restore",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "403",
        "viewer": "403",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      }
    },
    {
      "method": "GET",
      "path": "sync",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "403",
        "viewer": "403",
        "editor": "403",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      }
    },
    {
      "method": "POST",
      "path": "sync",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "403",
        "viewer": "403",
        "editor": "403",
        "admin": "yes",
        "cron": "yes",
        "service": "yes"
      },
      "body": {
        "direction": "push"
      }
    },
    {
      "method": "GET",
      "path": "webhook",
      "rights": {
        "nobody": "yes",
        "anonymous": "yes",
        "guest": "yes",
        "viewer": "yes",
        "editor": "yes",
        "admin": "yes",
        "cron": "403",
        "service": "yes"
      }
    },
    {
      "method": "POST",
      "path": "webhook",
      "rights": {
        "nobody": "401",
        "anonymous": "401",
        "guest": "401",
        "viewer": "401",
        "editor": "401",
        "admin": "401",
        "cron": "401",
        "service": "401"
      },
      "body": {}
    }
  ]
}$matrix$::jsonb as content;
